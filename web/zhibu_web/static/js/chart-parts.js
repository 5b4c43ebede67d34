// Our cut of ECharts: what charts.js draws, and nothing else.
import { use } from 'echarts/core';
import { BarChart, LineChart, RadarChart } from 'echarts/charts';
import { AriaComponent, GridComponent, MarkLineComponent, RadarComponent, TooltipComponent } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';

use([
  SVGRenderer, LineChart, BarChart, RadarChart,
  GridComponent, RadarComponent, TooltipComponent, AriaComponent, MarkLineComponent,
]);

export { init } from 'echarts/core';
